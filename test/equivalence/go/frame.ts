import type { RuleId } from '../../../rules/model';
import type { Random } from '../random';
import { carriers, failing, type Carrier } from './carriers';
import { disturbersFor, shadow, type Disturber } from './disturbers';
import type { Parameter, Pattern, Program, Result } from './program';
import { goFile, numbered, numberedNames } from './text';

/** Inputs of a program: more would find little more and take their time. */
const mostInputs = 9;

/** program = frame(carrier(pattern), surroundings): one of the many functions that a pattern may stand in. */
export function frame(ruleId: RuleId, pattern: Pattern, number: number, random: Random): Program {
  const allowed = carriers.filter(({ name }) => !pattern.not?.includes(name));
  // Half of the programs are plain: there the rule is most likely to have a fix, which is what is tested.
  const carrier = random.chance(0.45) ? allowed[0]! : random.pick(allowed);
  const chosen = choose(pattern, random);
  const notes = [pattern.name, carrier.name, ...chosen.disturbers.map(({ name }) => name)];

  const recovers = random.chance(chosen.disturbers.length > 0 ? 0.35 : 0.15);
  const results: Result[] = [...pattern.results];
  const fallible = recovers || chosen.disturbers.some(({ fails }) => fails) || random.chance(0.2);
  if (fallible && results.at(-1)?.type !== 'error')
    results.push({ type: 'error', value: 'nil', zero: 'nil' });
  const named = carrier.named === true || recovers || random.chance(0.25);
  const { declares } = pattern;
  // The variable itself is the result, where it is in scope of everything that returns it.
  const direct = named && isFlat(carrier) && declares?.nameable === true && random.chance(0.7);
  const last =
    /\berr error\b/.test(chosen.body + (declares?.text ?? '')) ||
    pattern.parameters?.some((one) => one.name === 'err')
      ? 'failure'
      : 'err';
  const names = results.map(({ type }, i) =>
    direct && i === 0 ? declares.name : type === 'error' && i === results.length - 1 ? last : `r${i}`,
  );

  let statements = `${declares && !direct ? `${declares.text}\n` : ''}${chosen.body}`;
  if (random.chance(0.12)) {
    const words = [statements, pattern.top, ...results.flatMap(({ type, value }) => [type, value])].join(' ');
    const shadowed = shadow(`${words}${recovers ? ' fmt' : ''}`, random);
    if (shadowed !== undefined) {
      statements = `${shadowed}\n${statements}`;
      notes.push('shadowed name');
    }
  }
  const value = results.map((result) => result.value).join(', ');
  const bare = direct && names.length === 1 && random.chance(0.5);
  let body = carrier
    .body({ statements, results, names })
    .replaceAll('return VALUE', bare ? 'return' : `return ${value}`)
    .replaceAll('return ZERO', `return ${results.map(({ zero }) => zero).join(', ')}`)
    .replaceAll('return FAIL', `return ${failing(results)}`);
  if (recovers) {
    body = `defer func() {\nif e := recover(); e != nil {\n${names.at(-1)} = fmt.Errorf("recovered: %v", e)\n}\n}()\n${body}`;
    notes.push('recover');
  }
  const parameters = unique([
    ...(carrier.parameters ?? []),
    ...(pattern.parameters ?? []),
    ...chosen.disturbers.flatMap((one) => one.parameters ?? []),
  ]);
  const listed = results.map(({ type }, i) => (named ? `${names[i]} ${type}` : type));
  const resultText = listed.length === 1 && !named ? listed[0]! : `(${listed.join(', ')})`;
  const name = 'Work$';
  const hot = pattern.hot ? '//alloclens:hot\n' : '';
  const head = `${hot}func ${carrier.receiver?.text ?? ''}${name}${carrier.types ?? ''}(${parameters.map((p) => `${p.name} ${p.type}`).join(', ')}) ${resultText}`;
  const top = [pattern.top, carrier.top, ...new Set(chosen.disturbers.map((one) => one.top))].filter(
    (one) => one !== undefined,
  );
  const text = goFile([...top, `${head} {\n${body}\n}`].join('\n\n'));
  const number_ = (part: string): string => numbered(part, number);
  const inputs = inputsOf(parameters, random);
  return {
    ruleId,
    number,
    names: numberedNames([text, ...inputs.flat()].join('\n')),
    name: notes.join(', '),
    company: pattern.company ?? '',
    text: number_(text),
    slack: pattern.slack ?? [],
    calls: {
      callee: number_(`${carrier.receiver?.value ?? ''}${name}`),
      parameters: parameters.map(({ name, type }) => ({
        name,
        type: number_(carrier.types && type === 'T' ? 'any' : type),
      })),
      results: listed.length,
      inputs: inputs.map((input) => input.map(number_)),
    },
  };
}

/** Neither a loop nor a function of its own around the statements. */
function isFlat({ name }: Carrier): boolean {
  return ['plain', 'block', 'switch', 'type switch', 'select', 'method', 'generic'].includes(name);
}

/** The pattern's body with disturbers at some of its places. */
function choose(pattern: Pattern, random: Random): { body: string; disturbers: Disturber[] } {
  const lines = pattern.body.trim().split('\n');
  const places = lines.flatMap((line, i) => (line.trim().startsWith('•') ? [i] : []));
  const at = new Map<number, Disturber>();
  const wanted = random.pick([0, 0, 1, 1, 1, 2]);
  const all = disturbersFor(pattern);
  for (let n = 0; n < wanted && places.length > 0; n++) {
    const place = random.pick(places);
    const inLoop = lines[place]!.trim() === '•loop';
    const possible = all.filter(
      ({ loop, label }) => (inLoop || !loop) && (!label || pattern.body.includes('@for')),
    );
    // A pattern's own first: they aim at what its rule may overlook.
    const own = possible.slice(possible.length - (pattern.own?.length ?? 0));
    at.set(place, own.length > 0 && random.chance(0.4) ? random.pick(own) : random.pick(possible));
  }
  const labelled = [...at.values()].some(({ label }) => label);
  const body = lines
    .flatMap((line, i) => {
      const disturber = at.get(i);
      if (disturber) return [disturber.text];
      return places.includes(i) ? [] : [line];
    })
    .join('\n')
    .replaceAll(/^\s*@for/gm, labelled ? 'pass:\nfor' : 'for');
  return { body, disturbers: [...at.values()] };
}

function unique(parameters: readonly Parameter[]): Parameter[] {
  return [...new Map(parameters.map((one) => [one.name, one])).values()];
}

/** Arguments: the ordinary ones, then each other value once beside ordinary ones, then some at random. */
function inputsOf(parameters: readonly Parameter[], random: Random): string[][] {
  const ordinary = parameters.map(({ values }) => values[0]!);
  const inputs = [ordinary];
  for (const [i, { values }] of parameters.entries()) {
    for (const value of values.slice(1)) inputs.push(ordinary.with(i, value));
  }
  while (inputs.length > mostInputs) inputs.splice(1 + random.below(inputs.length - 1), 1);
  for (let n = 0; n < 2 && parameters.length > 1; n++)
    inputs.push(parameters.map(({ values }) => random.pick(values)));
  return [...new Map(inputs.map((input) => [input.join('\n'), input])).values()];
}
