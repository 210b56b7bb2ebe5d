/** What this machine keeps of a repository is not whole. The source itself may be. */
export class StoreDamaged extends Error {
  override readonly name = 'StoreDamaged'
}
