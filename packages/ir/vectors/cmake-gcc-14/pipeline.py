import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.cmake.lint(path='.', compiler='gcc-14')]
