import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.cmake(path='.', preset='my preset', cache=hm.forever()).test()]
