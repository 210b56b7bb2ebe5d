import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.cmake(path='my app')
    return [project.build(), project.install(prefix='/opt/my app'), project.package(generator='TGZ'), project.fmt(fix=True)]
