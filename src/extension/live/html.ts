export interface LiveHtmlOptions {
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Fresh random text for every page; nothing without it may run. */
  readonly nonce: string;
  /** `dist/webview/live.js`, `live.css` and `codicon.css` as webview URIs. */
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly codiconUri: string;
}

/** The page of the Live view: one script, two style sheets, no inline code or style, no network. */
export function liveHtml(options: LiveHtmlOptions): string {
  const { cspSource, nonce } = options;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; font-src ${cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Goldentrace Live</title>
<link rel="stylesheet" href="${attribute(options.codiconUri)}">
<link rel="stylesheet" href="${attribute(options.styleUri)}">
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${attribute(nonce)}" src="${attribute(options.scriptUri)}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
