import { type ReadonlySignal, signal } from "@preact/signals";

export type ThemeKind = "light" | "dark" | "high-contrast" | "high-contrast-light";

/** The current colours, resolved for a canvas, which knows no CSS variables. Replaced as a whole when the theme changes. */
export interface Theme {
  readonly kind: ThemeKind;
  /** The system imposes its colours (Windows contrast themes): only system colours are used. */
  readonly forced: boolean;
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly focus: string;
  readonly blue: string;
  readonly green: string;
  readonly yellow: string;
  readonly purple: string;
  /** Font family and size in pixels of VS Code's own texts. */
  readonly fontFamily: string;
  readonly fontSize: number;
}

type ColourName = Exclude<keyof Theme, "kind" | "forced" | "fontFamily" | "fontSize">;

/** Variables in order of preference, then a system colour. A page outside VS Code or an odd theme may lack any of them. */
const COLOURS: Readonly<Record<ColourName, { readonly variables: readonly string[]; readonly system: string }>> = {
  foreground: { variables: ["--vscode-foreground"], system: "CanvasText" },
  muted: { variables: ["--vscode-descriptionForeground", "--vscode-foreground"], system: "CanvasText" },
  background: { variables: ["--vscode-sideBar-background", "--vscode-editor-background"], system: "Canvas" },
  grid: {
    variables: ["--vscode-contrastBorder", "--vscode-widget-border", "--vscode-editorWidget-border"],
    system: "GrayText",
  },
  focus: { variables: ["--vscode-focusBorder"], system: "Highlight" },
  blue: { variables: ["--vscode-charts-blue"], system: "LinkText" },
  green: { variables: ["--vscode-charts-green"], system: "CanvasText" },
  yellow: { variables: ["--vscode-charts-yellow"], system: "CanvasText" },
  purple: { variables: ["--vscode-charts-purple"], system: "CanvasText" },
};

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const forced = matchMedia("(forced-colors: active)").matches;
  const colour = (name: ColourName): string => {
    const { variables, system } = COLOURS[name];
    if (!forced) {
      for (const variable of variables) {
        const value = style.getPropertyValue(variable).trim();
        if (value !== "") return value;
      }
    }
    return system;
  };
  return {
    kind: themeKind(),
    forced,
    foreground: colour("foreground"),
    muted: colour("muted"),
    background: colour("background"),
    grid: colour("grid"),
    focus: colour("focus"),
    blue: colour("blue"),
    green: colour("green"),
    yellow: colour("yellow"),
    purple: colour("purple"),
    fontFamily: style.getPropertyValue("--vscode-font-family").trim() || "system-ui, sans-serif",
    fontSize: Number.parseFloat(style.getPropertyValue("--vscode-font-size")) || 13,
  };
}

/** VS Code names the kind in classes of the body; a light high-contrast theme carries both high-contrast classes. */
function themeKind(): ThemeKind {
  const classes = document.body.classList;
  if (classes.contains("vscode-high-contrast-light")) return "high-contrast-light";
  if (classes.contains("vscode-high-contrast")) return "high-contrast";
  return classes.contains("vscode-light") ? "light" : "dark";
}

let current: ReadonlySignal<Theme> | undefined;

/** The theme as a signal that follows VS Code's and the system's changes for as long as the page lives. */
export function currentTheme(): ReadonlySignal<Theme> {
  if (current !== undefined) return current;
  const theme = signal(readTheme());
  current = theme;
  const refresh = (): void => {
    theme.value = readTheme();
  };
  // VS Code changes a theme by rewriting the root element's style and the body's classes.
  const observer = new MutationObserver(refresh);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  matchMedia("(forced-colors: active)").addEventListener("change", refresh);
  return theme;
}
