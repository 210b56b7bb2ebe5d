import harmont as hm


@hm.pipeline("cmake-advanced")
def ci():
    return [hm.cmake(path='.', compiler='clang-18').test()]
