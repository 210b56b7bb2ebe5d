import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.cmake(path='my app', target='my target')
    return [project.test(), project.lint(), project.package(generator='A B')]
