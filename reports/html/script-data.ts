/** JSON that may stand inside a script element: nothing in it can end the element or open a comment. */
export function scriptData(data: unknown): string {
  return JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
