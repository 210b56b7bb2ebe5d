import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.cmake(path='.').ci()]
