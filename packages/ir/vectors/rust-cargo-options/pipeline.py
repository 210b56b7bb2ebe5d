import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.rust.project()
    return [project.build(packages=['a', 'b c'], all_targets=True, no_default_features=True, features=['x', 'y z'], target='wasm32-wasip1', profile='dist', flags=['--jobs 2', '$FLAGS']), project.test(exclude=['a', 'b'], all_features=True, release=True, locked=False), project.clippy(features=['a'], target='t', add_target=False, extra_lints=['-W clippy::pedantic'])]
