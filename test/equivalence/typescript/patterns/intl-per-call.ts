import type { Core, Pen } from '../pen';
import type { Pattern } from '../program';

/** Formatters and collators that are made where they are used. */
export const intlPerCall: readonly Pattern[] = [
  { weight: 4, globals: ['Intl'], write: formatter },
  { weight: 2, globals: ['Intl'], write: hidden },
  { suggestions: true, globals: ['Intl'], write: dates },
  { suggestions: true, typedOnly: true, globals: ['Intl', 'Map'], write: byLocale },
];

const numbers = (pen: Pen) =>
  pen.input('ns', 'number[]', () => pen.list(() => pen.number(), { dense: true }));

function formatter(pen: Pen): Core {
  const options = pen.mostly(
    ['{ maximumFractionDigits: 1 }', "{ style: 'percent' }", '{ minimumFractionDigits: 2 }', 'OPTIONS'],
    ['{ maximumFractionDigits: 300 }'],
    0.1,
  );
  const [locale, module] = pen.mostly(
    [
      ["'en-US'", ''],
      ["['de', 'en']", ''],
      ['LOCALE', "const LOCALE = 'en';"],
      ['undefined', ''],
    ],
    [["'no locale at all'", '']],
    0.1,
  );
  const constants = `${module}\n${options === 'OPTIONS' ? `const OPTIONS = { maximumFractionDigits: 1 };\n${pen.one('', '', 'log(OPTIONS);', 'Object.assign(OPTIONS, { maximumFractionDigits: 2 });', 'const other = OPTIONS;\nother.maximumFractionDigits = 2;', 'OPTIONS.maximumFractionDigits = 2;')}` : ''}`;
  const creation = `new Intl.NumberFormat(${locale}, ${options})`;
  const shared = pen.chance(0.25) ? `const shared = ${creation};\nlog(shared.format(1));` : '';
  const use = pen.mostly(
    [`all.push(${creation}.format(n));`, `const nf = ${creation};\nall.push(nf.format(n), nf.format(1));`],
    [
      `try {\nall.push(${creation}.format(n));\n} catch (error) {\nall.push(String(error));\n}`,
      `if ('NumberFormat' in Intl) all.push(${creation}.format(n));`,
      `if (n > 1e20) all.push(${creation}.format(n));`,
      `all.push(typeof Intl === 'undefined' ? String(n) : ${creation}.format(n));`,
    ],
    0.3,
  );
  return {
    module: `${constants}\n${shared}`,
    inputs: [numbers(pen)],
    body: `const texts: string[] = [];\nfor (const n of ns) {\n${pen.between(['n === 2'], { inLoop: true })}\n${use.replaceAll('all.', 'texts.')}\n}`,
    result: 'texts',
  };
}

function hidden(pen: Pen): Core {
  const use = pen.one(
    "n.toLocaleString('en', { maximumFractionDigits: 1 })",
    "n.toLocaleString('de', { style: 'percent' })",
    "n.toLocaleString('en', { maximumFractionDigits: 300 })",
    "String('a'.localeCompare(String(n), 'en', { sensitivity: 'base' }))",
    "String(String(n).localeCompare('b', 'en', { numeric: true }))",
  );
  return {
    inputs: [numbers(pen)],
    body: `const texts: string[] = [];\nfor (const n of ns) {\n${pen.between(['n === 2'], { inLoop: true })}\ntexts.push(${use});\n}`,
    result: 'texts',
  };
}

/** "if the default time zone stays the same", and "is a valid Date": they are. */
function dates(pen: Pen): Core {
  const use = pen.one(
    "new Intl.DateTimeFormat('en', { month: 'short' }).format(new Date(n * 1e9))",
    "new Date(n * 1e9).toLocaleDateString('en', { year: 'numeric' })",
    "new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' }).format(n * 1e9)",
  );
  return {
    inputs: [pen.input('ns', 'number[]', () => pen.list(() => pen.size(), { dense: true }))],
    body: `const texts: string[] = [];\nfor (const n of ns) {\ntexts.push(${use});\n}`,
    result: 'texts',
  };
}

/** "if there are few of them" */
function byLocale(pen: Pen): Core {
  const use = pen.one('new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(1.25)', 'new Intl.PluralRules(locale).select(2)'); // prettier-ignore
  return {
    inputs: [
      pen.input('locales', 'string[]', () =>
        pen.list(() => pen.one("'en'", "'de'", "'fr'", "'x'", "'no locale at all'"), { dense: true }),
      ),
    ],
    body: `const texts: string[] = [];\nfor (const locale of locales) {\n${pen.between(["locale === 'de'"], { inLoop: true })}\ntexts.push(one(locale));\n}`,
    module: `/** @hot */\nfunction one(locale: string): string {\nreturn ${use};\n}`,
    result: 'texts',
  };
}
