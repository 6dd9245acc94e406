/** Text archives as Go's tools use them: a free comment, then files behind `-- name --` lines. */
export interface Archive {
  comment: string;
  files: Map<string, string>;
}

const marker = /^-- (.+) --$/;

export function parseTxtar(text: string): Archive {
  const archive: Archive = { comment: '', files: new Map() };
  let name: string | undefined;
  let body: string[] = [];
  const close = (): void => {
    const content = body.join('');
    if (name === undefined) archive.comment = content;
    else archive.files.set(name, content);
    body = [];
  };
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const found = marker.exec(line.trimEnd());
    if (found) {
      close();
      name = found[1]!;
    } else body.push(line);
  }
  close();
  return archive;
}

export function formatTxtar(archive: Archive): string {
  let text = archive.comment;
  for (const [name, content] of archive.files) {
    text += `-- ${name} --\n${content}`;
    if (content !== '' && !content.endsWith('\n')) text += '\n';
  }
  return text;
}
