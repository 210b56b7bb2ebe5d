import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.cmake(path='lib', deps='vcpkg', preset='ci').test()]
