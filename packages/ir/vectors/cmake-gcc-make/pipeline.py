import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.cmake(compiler='gcc', generator='make', ccache=False, image='debian:12').project(path='lib').test()]
