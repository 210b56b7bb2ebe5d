import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.rust.toolchain(version='nightly', components=('miri',), path='crates/api').project().test()]
