export {
  type CMakeFmtOptions,
  type CMakeInstallOptions,
  CMakeProject,
  CMakeToolchain,
  type CPackOptions,
  type CTestOptions,
  cmake,
} from './cmake/cmake.ts'
export type { CMakeOptions, CMakeProjectOptions, CMakeToolchainOptions } from './cmake/configure.ts'
export {
  type CredoOptions,
  type ElixirOptions,
  ElixirProject,
  elixir,
  type MixTestOptions,
  type ReleaseOptions,
} from './elixir.ts'
export { type GoOptions, GoToolchain, go } from './go.ts'
export { INIT_TEMPLATES, type InitTemplate, type TemplateKind } from './init-templates.ts'
export { type JsOptions, js, ts } from './js/js.ts'
export type { JsRuntime, PackageManager } from './js/managers.ts'
export { JsProject, type RunOptions } from './js/project.ts'
export {
  type PythonOptions,
  PythonToolchain,
  py,
  python,
  type TypecheckOptions,
  type UvOptions,
  UvProject,
} from './python.ts'
export type { ActionOptions } from './read-options.ts'
export { RustProject, type RustProjectOptions, RustToolchain, type RustToolchainOptions, rust } from './rust/rust.ts'
export { type ZigOptions, ZigProject, ZigToolchain, zig } from './zig.ts'
