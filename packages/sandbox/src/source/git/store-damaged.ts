/** This machine's copy of a repository is damaged. The source itself may not be. */
export class StoreDamaged extends Error {
  override readonly name = 'StoreDamaged'
}
