/** A rule's page, `rules/<language>/<rule>.md`, as far as tests need it. */
export interface Page {
  title: string;
  /** The sentence under the title. */
  summary: string;
  /** Second-level headings in order. */
  sections: string[];
  /** Third-level headings with the items of the list below them. */
  lists: Map<string, string[]>;
  /** Fenced blocks with an info string such as `go before`. */
  blocks: { info: string; code: string; line: number }[];
  /** What stands between the `measured` comments, trimmed. */
  measured: string | undefined;
}

/** The order that CONTRIBUTING.md and the brief ask for. */
export const sectionOrder = [
  'What it reports',
  'Why it matters',
  'Example',
  'The fix',
  'When it is silent',
  'Measured',
  'Related',
];

export function parsePage(text: string): Page {
  const page: Page = {
    title: '',
    summary: '',
    sections: [],
    lists: new Map(),
    blocks: [],
    measured: undefined,
  };
  const lines = text.split('\n');
  let block: Page['blocks'][number] | undefined;
  let list: string[] | undefined;
  lines.forEach((line, index) => {
    const fence = /^```(.*)$/.exec(line);
    if (fence && block) {
      page.blocks.push(block);
      block = undefined;
    } else if (fence) block = { info: fence[1]!.trim(), code: '', line: index + 1 };
    else if (block) block.code += `${line}\n`;
    else if (line.startsWith('# ')) page.title = line.slice(2).trim();
    else if (line.startsWith('## ')) {
      page.sections.push(line.slice(3).trim());
      list = undefined;
    } else if (line.startsWith('### ')) page.lists.set(line.slice(4).trim(), (list = []));
    else if (list && /^(- |\d+\. )/.test(line)) list.push(line.replace(/^(- |\d+\. )/, ''));
    else if (list && list.length > 0 && /^\s+\S/.test(line)) list[list.length - 1] += ` ${line.trim()}`;
    else if (page.title && !page.summary && line.trim()) page.summary = line.trim();
  });
  page.measured = /<!-- measured -->([\s\S]*?)<!-- \/measured -->/.exec(text)?.[1]?.trim();
  return page;
}
