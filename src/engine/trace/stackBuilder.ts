import { StringTable } from "../../base/stringTable.ts";
import { int32Column } from "./growable.ts";
import type { Frame, StackTable } from "./trace.ts";

/** Frames and call stacks, each distinct one kept once; both tables only ever grow. */
export class StackBuilder {
  private readonly frames: Frame[] = [];
  private readonly frameIds = new Map<string, number>();
  private readonly modules = new StringTable();
  private readonly parent = int32Column();
  private readonly frame = int32Column();
  private readonly site = int32Column();
  /** Node by (parent, frame): one map for each frame that has a caller keeps the keys numbers. */
  private readonly nodes: Map<number, number>[] = [];
  private lastFrames: readonly Frame[] = [];

  get length(): number {
    return this.parent.length;
  }

  /** @param address offset in the module's file */
  internFrame(module: string, symbol: string, address: number): number {
    const key = `${this.modules.intern(module)} ${address} ${symbol}`;
    let id = this.frameIds.get(key);
    if (id === undefined) {
      id = this.frames.length;
      this.frameIds.set(key, id);
      this.frames.push({ module, address, symbol, sites: [] });
    }
    return id;
  }

  /** The stack made of `caller` (-1 for none) and the frame it called. */
  internNode(caller: number, frame: number): number {
    let byCaller = this.nodes[frame];
    if (byCaller === undefined) {
      byCaller = new Map();
      this.nodes[frame] = byCaller;
    }
    let node = byCaller.get(caller);
    if (node === undefined) {
      node = this.parent.length;
      byCaller.set(caller, node);
      this.parent.push(caller);
      this.frame.push(frame);
      this.site.push(-1);
    }
    return node;
  }

  /** The stack of a node's caller, -1 for none. */
  callerOf(node: number): number {
    return this.parent.get(node);
  }

  /** Id of a node's innermost frame. */
  frameOf(node: number): number {
    return this.frame.get(node);
  }

  /** @param frames innermost first, as tracers print them; returns -1 for an empty stack */
  intern(frames: readonly number[]): number {
    let node = -1;
    for (let i = frames.length - 1; i >= 0; i--) node = this.internNode(node, frames[i] as number);
    return node;
  }

  /** The tables so far. What is added later does not show in them. */
  snapshot(): StackTable {
    if (this.lastFrames.length !== this.frames.length) this.lastFrames = this.frames.slice();
    return {
      length: this.parent.length,
      parent: this.parent.view(),
      frame: this.frame.view(),
      site: this.site.view(),
      frames: this.lastFrames,
    };
  }
}
