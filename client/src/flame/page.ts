import { Uri, type Webview } from 'vscode';

/** Where the page's script and style lie in the extension. */
export function pageFolder(extension: Uri): Uri {
  return Uri.joinPath(extension, 'dist', 'flame');
}

/**
 * The page without its data: that comes as messages, and becomes text, never markup. Nothing runs in it but its one script.
 * @param nonce makes that script known, anew for each page
 */
export function pageOf(webview: Webview, extension: Uri, nonce: string): string {
  const file = (name: string): string =>
    webview.asWebviewUri(Uri.joinPath(pageFolder(extension), name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <title>Flame graph</title>
    <link rel="stylesheet" href="${file('flame.css')}" />
  </head>
  <body>
    <h1 id="title">Allocation flame graph</h1>
    <p id="sentence" role="status">The profile is being read.</p>
    <button id="again" type="button" hidden>Read the profile again</button>
    <main id="content" hidden>
      <div id="tools" role="toolbar" aria-label="Flame graph">
        <input id="search" type="search" placeholder="Search (/)" aria-label="Search functions, files and fixes" />
        <output id="found" for="search"></output>
        <button id="by-objects" type="button" aria-pressed="false">Objects</button>
        <button id="as-table" type="button" aria-pressed="false">Table</button>
        <button id="compare" type="button">Compare with…</button>
      </div>
      <div id="legend"></div>
      <div id="chart"></div>
      <p id="details"></p>
      <table id="table" hidden></table>
    </main>
    <script nonce="${nonce}" src="${file('flame.js')}"></script>
  </body>
</html>`;
}
