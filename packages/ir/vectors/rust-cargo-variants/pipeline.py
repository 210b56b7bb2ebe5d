import harmont as hm


@hm.pipeline("vec")
def ci():
    tool = hm.rust.toolchain()
    return [tool.test(nextest=True, workspace=True), tool.clippy(deny_warnings=False, all_targets=False), tool.fmt(all=False, flags=['--', '--color=never']), tool.doc(no_deps=False, document_private_items=True, deny_warnings=False), tool.doctest(packages=['$CRATE'])]
