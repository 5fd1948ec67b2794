/** What is used of jstat (distributions; https://jstat.github.io), which ships no types. */
declare module 'jstat' {
  interface Distributions {
    /** Regularised incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
    readonly beta: { inv(p: number, a: number, b: number): number };
    readonly normal: { inv(p: number, mean: number, sd: number): number };
    readonly studentt: { inv(p: number, degrees: number): number };
  }
  /** A CommonJS module, whose names only its default export has. */
  const jstat: { readonly jStat: Distributions };
  export default jstat;
}
