.PHONY: demo
## make demo            the whole pipeline on a local Kubernetes, or on the cluster of KUBECONFIG
demo: $(BUILD)/.deps-test
	$(Q)echo "demo: building the programs and the local Kubernetes (the first time takes minutes)"
	$(Q)$(MAKE) -j2 all lab
	$(Q)$(PYTHON) test/demo/demo.py
