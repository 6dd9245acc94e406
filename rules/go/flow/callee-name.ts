/** A function as calls are resolved, by its name in a listing or a profile: `json.Encoder.Encode` of `json.(*Encoder).Encode`. */
export function calleeName(listed: string): string {
  return listed.replace(/\(\*([^)]*)\)/, '$1');
}
