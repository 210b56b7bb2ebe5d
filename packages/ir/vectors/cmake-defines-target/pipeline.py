import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.cmake(path='.', target='app', defines={'CMAKE_BUILD_TYPE': 'Release', 'NAME': 'a b', 'PREFIX': '$HOME/x', 'BUILD_TESTING': True, 'N': 3})
    return [project.test(), project.build()]
