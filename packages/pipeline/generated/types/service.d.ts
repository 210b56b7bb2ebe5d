import { type Service, type ServiceSettings } from './step.js';
/**
 * Describes a program that runs beside steps, for their option `services`. Steps reach it by its
 * name. `prepare` is a command that runs once in the service's image while the service runs. Steps
 * then start the service from the files that it left.
 */
export declare function service(name: string, options: ServiceSettings & {
    readonly prepare?: string;
}): Service;
