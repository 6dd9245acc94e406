import { type ValueType, isByteView, number, text } from './value-type';

const stringMethods = new Set([
  'at', 'charAt', 'concat', 'normalize', 'padEnd', 'padStart', 'repeat', 'replace', 'replaceAll', 'slice', 'substring',
  'substr', 'toLowerCase', 'toLocaleLowerCase', 'toLocaleUpperCase', 'toString', 'toUpperCase', 'trim', 'trimEnd', 'trimStart',
]); // prettier-ignore
const numberMethodsOfString = new Set(['charCodeAt', 'indexOf', 'lastIndexOf', 'search', 'localeCompare']);
const stringMethodsOfNumber = new Set([
  'toFixed',
  'toPrecision',
  'toExponential',
  'toString',
  'toLocaleString',
]);

/**
 * What a method of a built-in class gives, whatever its arguments are.
 * @param lenient undefined and null are left out
 */
export function methodResult(receiver: ValueType, method: string, lenient: boolean): ValueType | undefined {
  switch (receiver.name) {
    case 'string':
      if (method === 'split') return { name: 'Array', element: text };
      if (numberMethodsOfString.has(method)) return number;
      return stringMethods.has(method) && method !== 'at' ? text : undefined;
    case 'number':
      return stringMethodsOfNumber.has(method) ? text : undefined;
    case 'Array':
      if (method === 'join') return text;
      if (/^(?:flatMap|flat)$/.test(method)) return { name: 'Array' };
      if (/^(?:find|findLast|at|pop|shift)$/.test(method)) return lenient ? receiver.element : undefined;
      if (/^(?:indexOf|lastIndexOf|findIndex|findLastIndex|push|unshift)$/.test(method)) return number;
      if (/^(?:keys|values|entries)$/.test(method)) return iteratorOf(receiver, method);
      return /^(?:slice|filter|concat|toSorted|toReversed|sort|reverse|splice)$/.test(method)
        ? receiver
        : undefined;
    case 'Map':
      if (method === 'get') return lenient ? receiver.value : undefined;
      return /^(?:keys|values|entries)$/.test(method) ? iteratorOf(receiver, method) : undefined;
    case 'Set':
      return /^(?:keys|values|entries)$/.test(method) ? iteratorOf(receiver, method) : undefined;
    case 'TextEncoder':
      return method === 'encode' ? { name: 'Uint8Array' } : undefined;
    case 'TextDecoder':
      return method === 'decode' ? text : undefined;
    case 'Date':
      return /^to(?:ISO|JSON|Locale|Date|Time|UTC)?\w*String$|^toJSON$/.test(method) ? text : undefined;
    case 'Hash':
      return method === 'update' ? receiver : undefined;
    case 'DataView':
      return method.startsWith('get') ? (method.includes('Big') ? { name: 'bigint' } : number) : undefined;
    default:
      if (!isByteView(receiver)) return undefined;
      if (/^(?:last)?[iI]ndexOf$|^(?:compare|copy)$/.test(method)) return number;
      if (/^(?:read|write)/.test(method)) return method.startsWith('readBig') ? { name: 'bigint' } : number;
      if (method === 'subarray' || method === 'slice' || method === 'fill') return receiver;
      return method === 'toString' ? text : undefined;
  }
}

function iteratorOf(of: ValueType, method: string): ValueType {
  const element =
    method === 'entries'
      ? { name: 'Array' }
      : method === 'keys' && of.name === 'Array'
        ? number
        : method === 'values' && of.name === 'Map'
          ? of.value
          : of.element;
  return { name: 'iterator', ...(element && { element }) };
}
