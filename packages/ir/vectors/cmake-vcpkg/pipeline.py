import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.cmake(path='.', deps='vcpkg', defines={'A': 'b'}).test()]
