import harmont as hm


@hm.pipeline("rust-release")
def ci():
    tool = hm.rust.toolchain()
    return [tool.build(), tool.test(), tool.doctest(), tool.clippy(), tool.fmt(), tool.doc(), tool.warmup()]
