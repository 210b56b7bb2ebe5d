import { type Duration } from '../duration.js';
import { type Service, type ServiceFields } from '../step.js';
import { type EnvOptions } from './env.js';
/** What a service is, apart from its name. */
export interface ServiceSettings {
    /** Gives its program, its configuration and its files. */
    readonly image: string;
    readonly env?: EnvOptions;
    /** Text for `sh -c`, in place of the image's own program. Begin it with `exec`. */
    readonly command?: string;
    /** When the step may start. By default once the image's only port listens. */
    readonly ready?: ServiceReady;
    /** Services of the same step that must be ready before it starts. */
    readonly needs?: Service | string | readonly (Service | string)[];
    /** How it is asked to end when a later step starts from its files; by default as its image says. */
    readonly stop?: {
        readonly signal?: string;
        readonly seconds?: number;
    };
    /** Whether the step reaches its ports on 127.0.0.1 too. */
    readonly localhost?: boolean;
    /** Whether it may reach the Internet, where the step may. */
    readonly egress?: boolean;
}
/** All that are given must hold. */
export interface ServiceReady {
    /** The port listens. */
    readonly port?: number;
    /** This text for `sh -c`, run in the service, exits with 0. */
    readonly command?: string;
    /** A line of its output matches this regular expression in RE2 syntax. */
    readonly log?: string;
    /** How long that may take; by default a minute. */
    readonly timeout?: Duration;
}
/** A sidecar that the command reaches by its name while it runs. */
export interface ServiceOptions extends ServiceSettings {
    readonly name: string;
}
export declare const SETTINGS: readonly ['image', 'env', 'command', 'ready', 'needs', 'stop', 'localhost', 'egress'];
export declare function servicesOf(where: string, value: unknown): readonly ServiceFields[];
/** Checks the settings of a service and copies them. */
export declare function serviceFields(where: string, name: unknown, settings: Readonly<Record<string, unknown>>): ServiceFields;
/** Returns the same service, which starts from the files that it left after a step. */
export declare function fieldsAfter(fields: ServiceFields, step: unknown): ServiceFields;
