import type { Parameter } from '../program';

/** Parameters that several rules' patterns have, with the arguments that tell programs apart. */

export const n: Parameter = { name: 'n', type: 'int', values: ['123456', '0', '-7', '5'] };

export const text: Parameter = {
  name: 's',
  type: 'string',
  values: ['"text"', '""', '"a \\"quoted\\" ünïcode text"', 'strings.Repeat("long ", 40)'],
};

export const data: Parameter = {
  name: 'data',
  type: '[]byte',
  values: ['[]byte("some bytes")', 'nil', '[]byte{}', 'bytes.Repeat([]byte("long "), 60)'],
};

export const words: Parameter = {
  name: 'xs',
  type: '[]string',
  values: [
    '[]string{"a", "bb", "ccc", "d"}',
    'nil',
    '[]string{""}',
    'make([]string, 12)',
    '[]string{"x", "", "y"}',
  ],
};

export const numbers: Parameter = {
  name: 'xs',
  type: '[]int',
  values: ['[]int{1, 2, 3, 4, 5}', 'nil', '[]int{7}', 'make([]int, 100)', '[]int{3, -1, 300}'],
};

export const writer: Parameter = {
  name: 'w',
  type: 'io.Writer',
  values: [
    'o.Writer("")',
    'o.Writer("err 1")',
    'o.Writer("err 2")',
    'o.Writer("short 1")',
    'o.Writer("panic 2")',
    'o.StringWriter("")',
    'o.StringWriter("short 2")',
  ],
};

export const reader: Parameter = {
  name: 'r',
  type: 'io.Reader',
  values: [
    'o.Reader("some text\\nof lines\\n", 7, -1)',
    'o.Reader("", 1, -1)',
    'o.Reader("it breaks off", 4, 2)',
    'o.Reader(strings.Repeat("0123456789", 900), 1000, -1)',
  ],
};
