import { pipeline } from '@harmont/hm'
import { elixir } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const project = elixir()
    return pipeline([
      project.credo(),
      project.sobelow(),
      project.depsAudit(),
      project.hexAudit(),
      project.release(),
      project.mix('ecto.migrate --quiet', { env: { A: 'b' } }),
    ])
  },
}
