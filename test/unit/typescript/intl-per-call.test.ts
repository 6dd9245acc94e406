import { intlPerCall } from '../../../rules/typescript/intl-per-call';
import { testRule } from '../../support/rule-tester';

const suggestion = (title: string, output: string) => [{ messageId: 'fix', data: { title }, output }];

testRule(intlPerCall, {
  valid: [
    'export const f = new Intl.NumberFormat("en");',
    'export const f = () => new Intl.NumberFormat("en");',
    'export const f = () => { const n = new Intl.NumberFormat("en"); return n; };',
    'export const f = () => { const n = new Intl.NumberFormat("en"); return { n }; };',
    'export const f = () => { const n = new Intl.NumberFormat("en"); return [1].map(n.format); };',
    'export const f = (a: string, b: string) => a.localeCompare(b);',
    'export const f = (a: string, b: string) => a.localeCompare(b, "en");',
    'export const f = (a: string, b: string) => a.localeCompare(b, "en", undefined);',
    'export const f = (x: T) => x.toLocaleString("en", { depth: 2 });',
    'export const f = (x: T, a: []) => x.toLocaleString(...a);',
    'export const f = () => useMemo(() => new Intl.NumberFormat("en"), []);',
    'export const f = (Intl: I) => new Intl.NumberFormat("en").format(1);',
  ],
  invalid: [
    {
      code: 'export const f = (n: number) => new Intl.NumberFormat("en").format(n);',
      output:
        'const numberFormat = new Intl.NumberFormat("en");\n\nexport const f = (n: number) => numberFormat.format(n);',
      errors: [{ messageId: 'made', data: { className: 'NumberFormat' } }],
    },
    {
      // The name is taken.
      code: 'export const f = (n: number, numberFormat: F) => new Intl.NumberFormat().format(n);',
      output:
        'const fFormat = new Intl.NumberFormat();\n\nexport const f = (n: number, numberFormat: F) => fFormat.format(n);',
      errors: [{ messageId: 'made' }],
    },
    {
      // The local name is used elsewhere in the file: it stays, and gets the shared instance.
      code: 'export const f = (n: number) => { const nf = new Intl.NumberFormat("en"); return nf.format(n); };\nexport const nf = 1;',
      output:
        'const numberFormat = new Intl.NumberFormat("en");\n\nexport const f = (n: number) => { const nf = numberFormat; return nf.format(n); };\nexport const nf = 1;',
      errors: [{ messageId: 'made' }],
    },
    {
      code: 'export const f = (a: string, b: string) => a.localeCompare(b, "de", { numeric: true });',
      output:
        'const collator = new Intl.Collator("de", { numeric: true });\n\nexport const f = (a: string, b: string) => collator.compare(a, b);',
      errors: [{ messageId: 'hidden', data: { method: 'localeCompare', className: 'Collator' } }],
    },
    {
      code: 'export const f = (a: any, b: any) => a.localeCompare(b, "de", { numeric: true });',
      errors: [
        {
          messageId: 'hidden',
          suggestions: suggestion(
            'Share one `Intl.Collator` of the module (if `a` is a string)',
            'const collator = new Intl.Collator("de", { numeric: true });\n\nexport const f = (a: any, b: any) => collator.compare(a, b);',
          ),
        },
      ],
    },
    {
      code: 'export const f = (d: Date) => d.toLocaleString("en", { dateStyle: "short" });',
      errors: [
        {
          messageId: 'hidden',
          suggestions: suggestion(
            'Share one `Intl.DateTimeFormat` of the module (if `d` is valid: `format()` throws where `toLocaleString()` says “Invalid Date”, and the default time zone stays the same while the program runs)',
            'const dateTimeFormat = new Intl.DateTimeFormat("en", { dateStyle: "short" });\n\nexport const f = (d: Date) => dateTimeFormat.format(d);',
          ),
        },
      ],
    },
    {
      code: 'export const f = (n: number, o: Intl.NumberFormatOptions) => n.toLocaleString("en", o);',
      errors: [
        {
          messageId: 'hidden',
          data: { method: 'toLocaleString', className: 'NumberFormat' },
          suggestions: [],
        },
      ],
    },
    {
      // A hot function makes it on each call, loop or not.
      code: '/** @hot */\nexport const f = (ns: number[]) => {\n  const nf = new Intl.NumberFormat("en");\n  return ns.map((n) => nf.format(n));\n};',
      output:
        'const nf = new Intl.NumberFormat("en");\n\n/** @hot */\nexport const f = (ns: number[]) => {\n  return ns.map((n) => nf.format(n));\n};',
      errors: [{ messageId: 'made' }],
    },
    {
      // What only some engines know is a condition.
      code: 'export const f = (d: Date) => new Intl.DateTimeFormat("en", { timeZone: "Europe/Kyiv" }).format(d);',
      errors: [
        {
          messageId: 'made',
          suggestions: suggestion(
            'Share one `Intl.DateTimeFormat` of the module (if every engine that loads this module knows the time zone Europe/Kyiv)',
            'const dateTimeFormat = new Intl.DateTimeFormat("en", { timeZone: "Europe/Kyiv" });\n\nexport const f = (d: Date) => dateTimeFormat.format(d);',
          ),
        },
      ],
    },
    {
      code: 'export const f = (s: string) => new Intl.Segmenter("en").segment(s);',
      errors: [
        {
          messageId: 'made',
          suggestions: suggestion(
            'Share one `Intl.Segmenter` of the module (if every engine that loads this module has `Intl.Segmenter`)',
            'const segmenter = new Intl.Segmenter("en");\n\nexport const f = (s: string) => segmenter.segment(s);',
          ),
        },
      ],
    },
    {
      // Others see the declared function before this module has run; what only a constant calls they do not.
      code: "import './x';\nexport function f(n: number) { return new Intl.NumberFormat('en').format(n); }",
      errors: [
        {
          messageId: 'made',
          suggestions: suggestion(
            'Share one `Intl.NumberFormat` of the module (if no import cycle calls it before this module has run)',
            "import './x';\n\nconst numberFormat = new Intl.NumberFormat('en');\nexport function f(n: number) { return numberFormat.format(n); }",
          ),
        },
      ],
    },
    {
      code: "import './x';\nfunction f(n: number) { return new Intl.NumberFormat('en').format(n); }\nexport const g = () => f(1);",
      output:
        "import './x';\n\nconst numberFormat = new Intl.NumberFormat('en');\nfunction f(n: number) { return numberFormat.format(n); }\nexport const g = () => f(1);",
      errors: [{ messageId: 'made' }],
    },
    {
      code: "require('./x');\nexports.f = f;\nfunction f(n) { return new Intl.NumberFormat('en').format(n); }",
      errors: [
        {
          messageId: 'made',
          suggestions: suggestion(
            'Share one `Intl.NumberFormat` of the module (if no import cycle calls it before this module has run)',
            "const numberFormat = new Intl.NumberFormat('en');\n\nrequire('./x');\nexports.f = f;\nfunction f(n) { return numberFormat.format(n); }",
          ),
        },
      ],
    },
  ],
});
