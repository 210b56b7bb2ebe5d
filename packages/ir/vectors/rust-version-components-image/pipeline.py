import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.rust.toolchain(version='1.81.0', components=(), path='api', image='debian:12').build()]
