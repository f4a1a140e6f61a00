/** Says in one plain sentence what cannot be used and what to do; shown as it is. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
