import { sh } from './commands.ts'
import { fieldsAfter, SETTINGS, serviceFields } from './options/services.ts'
import { SERVICE, type Service, type ServiceFields, type ServiceSettings, type Step } from './step.ts'
import { optionsOf, textOf } from './wrong-use.ts'

class ServiceNode implements Service {
  readonly [SERVICE]: ServiceFields

  constructor(fields: ServiceFields) {
    this[SERVICE] = fields
    Object.freeze(this)
  }

  get name(): string {
    return this[SERVICE].name
  }

  after(step: Step): Service {
    return new ServiceNode(fieldsAfter(this[SERVICE], step))
  }
}

/**
 * Describes a program that runs beside steps, for their option `services`. Steps reach it by its
 * name. `prepare` is a command that runs once in the service's image while the service runs. Steps
 * then start the service from the files that it left.
 */
export function service(name: string, options: ServiceSettings & { readonly prepare?: string }): Service {
  const { prepare, ...settings } = optionsOf('service', options, [...SETTINGS, 'prepare'])
  const plain = new ServiceNode(serviceFields('service', name, settings))
  if (prepare === undefined) return plain
  const command = textOf('service, prepare', prepare, 'Give a command.')
  return plain.after(sh(command, { label: `prepare ${plain.name}`, image: plain[SERVICE].image, services: plain }))
}
