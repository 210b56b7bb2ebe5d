import pg from 'pg'

/**
 * Returns a configuration whose connections report the name of each statement that they send; ''
 * for a statement without a name.
 */
export function witnessed(config: pg.PoolConfig, tell: (name: string) => void): pg.PoolConfig {
  class Witnessed extends pg.Client {
    constructor(options?: string | pg.ClientConfig) {
      super(options)
      const query = this.query.bind(this) as (...given: readonly unknown[]) => unknown
      const telling = (...given: readonly unknown[]) => {
        const [statement] = given
        tell(statement instanceof Object && 'name' in statement ? String(statement.name) : '')
        return query(...given)
      }
      this.query = telling as typeof this.query
    }
  }
  return Object.assign({ Client: Witnessed }, config)
}
