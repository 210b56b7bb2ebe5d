import { describe, expect, it } from 'vitest'
import { forever } from '../../cache.ts'
import { chainOf, lastOf } from '../chain-of.test-support.ts'
import { CMakeProject, CMakeToolchain, cmake } from './cmake.ts'

const apt = (packages: string) => `apt-get update && apt-get install -y ${packages}`

describe('cmake', () => {
  it.each([
    [
      {},
      'cmake build-essential pkg-config ninja-build ccache clang-format clang-tidy',
      'cmake --version && ninja --version && ccache --version',
    ],
    [
      { generator: 'make', ccache: false },
      'cmake build-essential pkg-config clang-format clang-tidy',
      'cmake --version',
    ],
    [
      { compiler: 'clang-18' },
      'cmake build-essential pkg-config ninja-build ccache clang-format clang-tidy clang-18 lld-18',
      'cmake --version && ninja --version && ccache --version && clang-18 --version',
    ],
    [
      { compiler: 'gcc' },
      'cmake build-essential pkg-config ninja-build ccache clang-format clang-tidy gcc g++',
      'cmake --version && ninja --version && ccache --version && gcc --version',
    ],
  ] as const)('installs what %j needs', (options, packages, verify) => {
    expect(chainOf(cmake(options).install())).toEqual([
      { label: ':cmake: apt-base', command: apt(packages), cache: 'ttl 86400' },
      { label: ':cmake: verify', command: verify, cache: 'forever' },
    ])
  })

  it('returns a project if a path is given, otherwise a toolchain for several projects', () => {
    expect(cmake({ path: 'lib' })).toBeInstanceOf(CMakeProject)
    const toolchain = cmake()
    expect(toolchain).toBeInstanceOf(CMakeToolchain)
    expect(toolchain.project({ path: 'a' }).toolchain).toBe(toolchain)
  })

  const CCACHE = '-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache'
  it.each([
    [
      cmake({ path: '.' }),
      `cd . && cmake -S . -B build -G Ninja -DCMAKE_EXPORT_COMPILE_COMMANDS=ON ${CCACHE} && cmake --build build --parallel $(nproc)`,
    ],
    [
      cmake({ path: 'my lib', generator: 'make', ccache: false, target: 'all tests' }),
      "cd 'my lib' && cmake -S . -B build -G 'Unix Makefiles' -DCMAKE_EXPORT_COMPILE_COMMANDS=ON && cmake --build build --parallel $(nproc) --target 'all tests'",
    ],
    [
      cmake({
        path: '.',
        ccache: false,
        compiler: 'gcc-14',
        defines: { CMAKE_BUILD_TYPE: 'Release', CMAKE_CXX_FLAGS: '-O2 -g', BUILD_TESTING: true, N: 20, ROOT: '$HOME' },
      }),
      'cd . && cmake -S . -B build -G Ninja -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_C_COMPILER=gcc-14 -DCMAKE_CXX_COMPILER=g++-14 -DCMAKE_BUILD_TYPE=Release \'-DCMAKE_CXX_FLAGS=-O2 -g\' -DBUILD_TESTING=ON -DN=20 "-DROOT=$HOME" && cmake --build build --parallel $(nproc)',
    ],
    [
      cmake({ path: '.', ccache: false, compiler: 'clang', defines: { X: false } }),
      'cd . && cmake -S . -B build -G Ninja -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DX=OFF && cmake --build build --parallel $(nproc)',
    ],
    [
      cmake({ path: 'lib', preset: 'ci debug' }),
      "cd lib && cmake --preset 'ci debug' && cmake --build build --parallel $(nproc)",
    ],
  ])('configures and builds once: %#', (project, command) => {
    expect(lastOf(project.built)).toMatchObject({ label: ':cmake: build', command, parent: ':cmake: verify' })
  })

  it('keeps the warm-up until CMakeLists.txt changes, or by the given policy', () => {
    expect(lastOf(cmake({ path: '.' }).built).cache).toBe('on change of CMakeLists.txt')
    expect(lastOf(cmake({ path: 'lib' }).built).cache).toBe('on change of lib/CMakeLists.txt')
    expect(lastOf(cmake().project({ cache: forever() }).built).cache).toBe('forever')
  })

  it('installs the packages of vcpkg.json in a separate step', () => {
    const [vcpkg, built] = chainOf(cmake({ path: 'lib', ccache: false, deps: 'vcpkg', defines: { X: 1 } }).built).slice(
      2,
    )
    expect(vcpkg).toEqual({
      label: ':cmake: vcpkg',
      command:
        'apt-get update && apt-get install -y git curl zip unzip tar && git clone https://github.com/microsoft/vcpkg.git /opt/vcpkg && if [ "$(uname -m)" != x86_64 ]; then export VCPKG_FORCE_SYSTEM_BINARIES=1; fi && /opt/vcpkg/bootstrap-vcpkg.sh -disableMetrics && cd lib && /opt/vcpkg/vcpkg install',
      cache: 'on change of lib/vcpkg.json',
    })
    const flags =
      '-DCMAKE_TOOLCHAIN_FILE=/opt/vcpkg/scripts/buildsystems/vcpkg.cmake -DVCPKG_MANIFEST_INSTALL=OFF "-DVCPKG_INSTALLED_DIR=$PWD/vcpkg_installed"'
    expect(built).toEqual({
      label: ':cmake: build',
      command: `cd lib && cmake -S . -B build -G Ninja -DCMAKE_EXPORT_COMPILE_COMMANDS=ON ${flags} -DX=1 && cmake --build build --parallel $(nproc)`,
      cache: 'on change of lib/CMakeLists.txt lib/vcpkg.json',
    })
    expect(lastOf(cmake({ path: '.', deps: 'vcpkg', preset: 'p' }).built).command).toBe(
      `cd . && cmake --preset p ${flags} && cmake --build build --parallel $(nproc)`,
    )
  })
})

describe('a CMake project', () => {
  const project = cmake({ path: '.' })
  const BUILD = 'cmake --build ./build --parallel $(nproc)'
  const CTEST = 'ctest --test-dir ./build --output-on-failure'
  const FIND =
    "cd . && find . -not -path './build/*' \\( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.hpp' -o -name '*.cc' -o -name '*.cxx' \\) | xargs clang-format"

  it.each([
    ['compile', project.build(), BUILD],
    ['test', project.test(), `${BUILD} && ${CTEST} --parallel $(nproc)`],
    ['test', project.test({ parallel: false }), `${BUILD} && ${CTEST}`],
    ['install', project.install(), `${BUILD} && cmake --install ./build`],
    [
      'install',
      project.install({ prefix: '/opt/my app' }),
      `${BUILD} && cmake --install ./build --prefix '/opt/my app'`,
    ],
    ['package', project.package(), `${BUILD} && cd ./build && cpack`],
    ['package', project.package({ generator: 'DEB' }), `${BUILD} && cd ./build && cpack -G DEB`],
    ['lint', project.lint(), 'cd . && run-clang-tidy -p build'],
  ])('%s: %#', (name, step, command) => {
    expect(lastOf(step)).toEqual({ label: `:cmake: ${name}`, command, cache: 'no', parent: ':cmake: build' })
  })

  it('builds its target before each use, in a path of any form', () => {
    expect(lastOf(cmake({ path: 'my lib', target: 'unit' }).test()).command).toBe(
      "cmake --build 'my lib'/build --parallel $(nproc) --target unit && ctest --test-dir 'my lib'/build --output-on-failure --parallel $(nproc)",
    )
  })

  it.each([
    [project.fmt(), `${FIND} --dry-run --Werror`],
    [project.fmt({ fix: true }), `${FIND} -i`],
  ])('checks formats before anything is built: %#', (step, command) => {
    expect(lastOf(step)).toEqual({ label: ':cmake: fmt', command, cache: 'no', parent: ':cmake: verify' })
  })

  it('ci returns test, lint and fmt; a toolchain’s ci runs them in the project directory', () => {
    const labels = [':cmake: test', ':cmake: lint', ':cmake: fmt']
    expect(project.ci().map((step) => step.fields.label)).toEqual(labels)
    expect(
      cmake()
        .ci()
        .map((step) => step.fields.label),
    ).toEqual(labels)
  })
})
