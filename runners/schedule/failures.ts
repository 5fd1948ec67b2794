export function stateOfFailure(_: unknown): 'failed' {
  return 'failed';
}
