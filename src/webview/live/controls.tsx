import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { collapsed } from "./viewState.ts";

/** A codicon; always beside a text or inside a labelled button, hence hidden from screen readers. */
export function Icon({ name, spin = false }: { name: string; spin?: boolean }) {
  return <span class={`codicon codicon-${name}${spin ? " codicon-modifier-spin" : ""}`} aria-hidden="true" />;
}

interface IconButtonProps {
  readonly icon: string;
  /** Name for screen readers, and tooltip. */
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly tone?: "start" | "stop" | "pause";
}

export function IconButton({ icon, label, onClick, disabled, pressed, tone }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`icon-button${tone === undefined ? "" : ` tone-${tone}`}`}
      title={label}
      aria-label={label}
      disabled={disabled ?? false}
      onClick={onClick}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
    >
      <Icon name={icon} />
    </button>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** Beside the title, outside of the button that collapses. */
  readonly extra?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A part of the view under a heading that collapses it; what is collapsed is not rendered. */
export function Section({ id, title, extra, class: className = "", children }: SectionProps) {
  const bodyId = useId();
  const isOpen = !collapsed.value.includes(id);
  const toggle = (): void => {
    collapsed.value = isOpen ? [...collapsed.peek(), id] : collapsed.peek().filter((other) => other !== id);
  };
  return (
    <section class={`section ${className}${isOpen ? "" : " collapsed"}`} aria-label={title}>
      <div class="section-head">
        <h2>
          <button type="button" class="section-toggle" aria-expanded={isOpen} aria-controls={bodyId} onClick={toggle}>
            <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
            <span class="section-title">{title}</span>
          </button>
        </h2>
        {extra}
      </div>
      <div id={bodyId} class="section-body" hidden={!isOpen}>
        {isOpen ? children : null}
      </div>
    </section>
  );
}

interface EmptyProps {
  readonly icon: string;
  readonly title: string;
  /** It is the whole view: its title is the page's heading. */
  readonly whole?: boolean;
  readonly children?: ComponentChildren;
}

/** What is said where there is nothing to show: why, and what to do about it. */
export function Empty({ icon, title, whole = false, children }: EmptyProps) {
  const Title = whole ? "h1" : "p";
  return (
    <div class="empty">
      <Icon name={icon} />
      <div>
        <Title class="empty-title">{title}</Title>
        {children}
      </div>
    </div>
  );
}
