import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import {
  logText,
  markdownCode,
  markdownText,
  plainText,
  quoted,
  visible,
} from '../../server/src/text/foreign';

/** VS Code's parseLinkedText (vs/base/common/linkedText), which notifications and the language status go through. */
const linkInNotification = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** renderLabelWithIcons (vs/base/browser/ui/iconLabel), which quick picks and the language status go through. */
const iconInLabel = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;

interface MarkdownRenderer {
  render(text: string): string;
}
const MarkdownIt = createRequire(__filename)('markdown-it') as new (options: object) => MarkdownRenderer;
/** More generous than any editor: HTML as it stands, bare addresses become links. */
const renderer = new MarkdownIt({ html: true, linkify: true });

/** The HTML's elements without paragraphs and code spans. */
function structure(markdown: string): string[] {
  return (renderer.render(markdown).match(/<\/?[a-z][^>]*>/gi) ?? []).filter(
    (tag) => !/^<\/?(p|code)>$/.test(tag),
  );
}

const command = 'command:workbench.action.quickOpen?%5B%22%3Epwned%22%5D';
/** What a folder may contain: as a file's name, a version in go.mod, a rule id, code, or the text of a compiler. */
const hostile: Record<string, string> = {
  'a command link': `[Install Go](${command})`,
  'a link with a title': `[Install Go](${command} "title")`,
  'a link to a page': '[docs](https://evil.test/x)',
  'a link to a file': '[docs](file:///etc/passwd)',
  'a link after a quotation mark': `x". Your Go setup is broken. [Repair it](${command}) "`,
  'a link in a go.mod': `go: invalid go version '1.21 [Repair](${command})'`,
  'a link in a string literal': `cannot use "[x](${command})" (untyped string constant) as int value`,
  'a link in a raw string literal': `cannot use \`[x](${command})\` as int`,
  'a link behind half a code span': `\`a [x](${command})`,
  'a link between code spans': `\`a\` [x](${command}) \`b\``,
  'a link behind doubled backquotes': `\`\`a\`\` [x](${command}) \`\``,
  'a link over two lines': `[x\n](${command})`,
  'a link behind an escape': `\\[x](${command})`,
  'a link behind two escapes': `\\\\[x](${command})`,
  'a reference link': `[x][1]\n\n[1]: ${command}`,
  'a picture': '![x](https://evil.test/pixel.png)',
  'an autolink': '<https://evil.test>',
  'a bare address': 'see https://evil.test/x and www.evil.test or HTTPS://EVIL.TEST',
  'a mail address': 'mail evil@evil.test, mailto:evil@evil.test',
  HTML: '<a href="https://evil.test">x</a><img src=x><script>alert(1)</script>',
  'HTML entities': '&lt;b&gt;&#91;x&#93;(command:x)',
  'an icon': '$(error) the workspace is damaged',
  'a list and a heading': '- a\n# b\n1. c\n---\n> d',
  'a table': '| a | b |\n| - | - |',
  emphasis: '**a** _b_ ~~c~~',
};

describe('foreign text is not markup', () => {
  for (const [name, text] of Object.entries(hostile)) {
    it(name, () => {
      const plain = plainText(text);
      assert.doesNotMatch(plain, linkInNotification);
      assert.doesNotMatch(plain, /\]\(\s*command:/);
      assert.doesNotMatch(plain, iconInLabel);
      assert.deepEqual(structure(`**${markdownText(text)}**`), ['<strong>', '</strong>']);
      assert.deepEqual(structure(`- Why: ${markdownText(text)}`), ['<ul>', '<li>', '</li>', '</ul>']);
      assert.deepEqual(structure(`says ${markdownCode(text)}.`), []);
      assert.doesNotMatch(markdownText(text), /(?<!\\)\$\(/);
    });
  }

  it('whatever is put together at random', () => {
    const parts = [
      '[',
      ']',
      '(',
      ')',
      '`',
      '``',
      '\\',
      '!',
      '<',
      '>',
      '*',
      '_',
      '~',
      '&',
      '#',
      '|',
      '\n',
      ' ',
      'a',
      ':',
    ];
    parts.push(
      'command:x',
      'https://e.test',
      'www.e.test',
      '<a>',
      '&lt;',
      '$(',
      'a@e.test',
      '"',
      "'",
      '- ',
      '\t',
    );
    let seed = 7;
    const random = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: 1 + random(14) }, () => parts[random(parts.length)]).join('');
      assert.deepEqual(structure(`x ${markdownText(text)} x`), [], JSON.stringify(text));
      assert.deepEqual(structure(`x ${markdownCode(text)} x`), [], JSON.stringify(text));
      assert.doesNotMatch(plainText(text), linkInNotification, JSON.stringify(text));
    }
  });

  it('the tests can tell', () => {
    assert.match(hostile['a command link']!, linkInNotification);
    assert.match(hostile['an icon']!, iconInLabel);
    assert.deepEqual(structure(`**${hostile['a bare address']}**`).length > 2, true);
    assert.deepEqual(structure(hostile['a link to a page']!), ['<a href="https://evil.test/x">', '</a>']);
  });
});

describe('foreign text stays what it is', () => {
  it('where nothing in it is markup', () => {
    for (const text of [
      'src/a b.go:3: cannot use x (variable of type int)',
      'größe.ts',
      '日本語 👩',
      'a.b@1.2',
    ])
      assert.equal(plainText(text), text);
    assert.equal(
      markdownText('The slice `xs[0](y)` grows (each time).'),
      'The slice `xs[0](y)` grows (each time).',
    );
    assert.equal(markdownCode('make([]int, n) escapes to heap'), '`make([]int, n) escapes to heap`');
    assert.equal(markdownCode('`x` + "``"'), '``` `x` + "``" ```');
  });

  it('as a person reads it', () => {
    const rendered = renderer.render(
      markdownText('*p of map[string][]int & "a" <-ch, www.go.dev, https://go.dev'),
    );
    assert.equal(
      rendered,
      '<p>*p of map[string][]int &amp; &quot;a&quot; &lt;-ch, www.go.dev, https://go.dev</p>\n',
    );
  });
});

describe('what is not seen is made visible', () => {
  it('control characters, reversed writing and what has no width', () => {
    assert.equal(visible('a\u001b[31mb'), 'a\\u{1b}[31mb');
    assert.equal(visible('a\u202eog.b'), 'a\\u{202e}og.b');
    assert.equal(visible('a\u200bb\ufeffc\u2066d\u061c'), 'a\\u{200b}b c\\u{2066}d\\u{61c}');
    assert.equal(visible('a\ud800b'), 'a\\u{d800}b');
  });

  it('white space becomes one space: nothing begins a line', () => {
    assert.equal(visible('a\r\nb\n\n\tc\u2028d\u0085e'), 'a b c d e');
  });
});

describe('foreign text is cut', () => {
  it('with an ellipsis, and never within a character', () => {
    assert.equal(visible('x'.repeat(5_000_000)).length, 2001);
    assert.equal(visible('abc', 3), 'abc');
    assert.equal(visible('abcd', 3), 'abc…');
    assert.equal(visible('ab👩', 3), 'ab…');
  });

  it('within its quotation marks', () => {
    assert.equal(quoted('go/nope'), '"go/nope"');
    assert.equal(quoted('y'.repeat(5_000_000)), `"${'y'.repeat(60)}…"`);
    assert.equal(quoted('a" b'), '"a\\" b"');
    assert.equal(quoted({ a: 'x'.repeat(100) }), `{"a":"${'x'.repeat(54)}…`);
    assert.equal(quoted(undefined), 'undefined');
    assert.equal(quoted(7), '7');
    assert.doesNotMatch(quoted(hostile['a link after a quotation mark'], 200), linkInNotification);
  });
});

describe('a log', () => {
  it('keeps lines, but none can pretend to be an entry', () => {
    assert.equal(
      logText('The analysis of a\n[error] forged\r\n  at b'),
      'The analysis of a\n    [error] forged\n    at b',
    );
    assert.equal(logText('one line'), 'one line');
  });

  it('has no escape sequences and no links', () => {
    assert.equal(logText('a\u001b]8;;x\u0007b'), 'a\\u{1b}]8;;x\\u{7}b');
    assert.doesNotMatch(logText(`a\n[x](${command})`), linkInNotification);
  });

  it('ends', () => {
    assert.ok(logText('x\n'.repeat(1_000_000)).length < 1_000_000);
  });
});
