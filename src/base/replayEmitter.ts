import type { Disposable } from "./disposable.ts";
import { Emitter, type Event } from "./emitter.ts";

/**
 * An event source that begins before anybody can listen: until `forget`, a new listener gets what was fired before it came,
 * at once and in order.
 */
export class ReplayEmitter<T> implements Disposable {
  private readonly emitter = new Emitter<T>();
  private past: T[] | undefined = [];

  readonly event: Event<T> = (listener) => {
    for (const value of this.past ?? []) listener(value);
    return this.emitter.event(listener);
  };

  fire(value: T): void {
    this.past?.push(value);
    this.emitter.fire(value);
  }

  /** From now on new listeners get new values only. */
  forget(): void {
    this.past = undefined;
  }

  dispose(): void {
    this.forget();
    this.emitter.dispose();
  }
}
