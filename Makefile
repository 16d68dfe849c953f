# Everything here works on a machine that has Swift and nothing else: what is missing is installed first.
# `make` alone lists the targets.

PREFIX ?= /usr/local
DESTDIR ?=
BREAKS ?= 2000
SEED ?= 1
COUNT ?= 20000
SECONDS ?= 60
BINARY := .build/release/ext2walk
UNPACKED := fixtures/unpacked
IMAGES := $(patsubst fixtures/%.zst,$(UNPACKED)/%,$(wildcard fixtures/*.zst))
DEMO_IMAGE := $(UNPACKED)/ppc64-ext2-64k-small.img
SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Benchmarks Benchmarks/Sources \
  Examples/Package.swift Examples/Sources Fuzz/Sources

.DEFAULT_GOAL := help
.PHONY: help demo test verify-fixtures record-mounts coverage compare-e2fsck fuzz torture bad-sectors sanitize build check format fixtures \
  deps packages docs examples bench bench-peers bench-mapping simulate man \
  completions install uninstall deb test-packages test-sid clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build $(DEMO_IMAGE) ## install what is missing, build, and list a real 64 KiB-block image
	@echo
	@echo '$$ $(BINARY) ls -l $(DEMO_IMAGE)'
	@$(BINARY) ls -l $(DEMO_IMAGE)
	@echo
	@echo '$$ $(BINARY) ls -lF $(DEMO_IMAGE) /special /docs'
	@$(BINARY) ls -lF $(DEMO_IMAGE) /special /docs
	@echo
	@echo 'What you saw: an ext2 file system of 64 KiB blocks, written by a PowerPC kernel with 64 KiB pages.'
	@echo "This machine's pages are $$(getconf PAGESIZE) bytes, and most kernels here refuse to mount it:"
	@echo '"bad block size 65536". ext2walk read it in place, through libext2fs and its own folios.'
	@echo "Next: $(BINARY) ls --help"

# What imports Testing and Foundation, as SwiftPM's own runner does, would link _Testing_Foundation: Debian's swiftlang
# has the module and not the library. Its attachments of Foundation's types are nothing that a test here uses.
NO_OVERLAYS := -Xswiftc -Xfrontend -Xswiftc -disable-cross-import-overlays
# Tests of what people use: a release build. Unoptimised they take three times as long.
TEST_BUILD := -c release -Xswiftc -enable-testing $(NO_OVERLAYS) --scratch-path .build-test
TEST := swift test $(TEST_BUILD) --skip-build

test: deps fixtures ## install what is missing, build, and run all tests
	swift build $(TEST_BUILD) --build-tests
	rm -f .build-test/tests-swift-testing.xml
	failed=; $(TEST) --xunit-output .build-test/tests.xml || failed=1; \
	  Tests/skipped.sh .build-test/tests-swift-testing.xml && test -z "$$failed"

verify-fixtures: deps fixtures ## verify each image in fixtures/, and compare with what is expected
	swift build $(TEST_BUILD) --build-tests
	$(TEST) --filter VerifyFixtureTests

# As root, on a Linux whose answers `fixtures/mounts` has. Look at the difference before you commit it.
record-mounts: deps ## mount what MountTests changes, and write fixtures/mounts/linux-6.18.tsv anew; as root
	swift build $(TEST_BUILD) --build-tests
	EXT2WALK_RECORD_MOUNTS=1 $(TEST) --filter '/asThisKernelMounts'
	@git --no-pager diff --stat -- fixtures/mounts

# A build of its own, unoptimised: what is inlined away has no lines. Each process that tests start leaves a profile (%p), some
# 2 GB in all: one file for all of them (%m) is of no use any more once a process is ended while it adds to it.
COVERAGE := .build-coverage
coverage: deps fixtures ## which lines the tests run, by folder; fails below the floors of .ci/coverage-floors
	swift build --build-tests --enable-code-coverage $(NO_OVERLAYS) --scratch-path $(COVERAGE)
	rm -rf $(COVERAGE)/profiles
	failed=; LLVM_PROFILE_FILE=$(CURDIR)/$(COVERAGE)/profiles/%p.profraw \
	  $(COVERAGE)/debug/ext2walkPackageTests.xctest --testing-library swift-testing || failed=1; \
	  Tests/coverage.sh $(COVERAGE) && test -z "$$failed"

# The same seed gives the same breaks.
compare-e2fsck: deps ## compare verify with e2fsck on BREAKS=2000 broken images, by SEED=1
	swift build $(TEST_BUILD) --build-tests
	EXT2WALK_BREAKS=$(BREAKS) EXT2WALK_SEED=$(SEED) $(TEST) --filter E2fsckComparisonTests

# A shell's own SECONDS is the time it has been running: make's is what counts.
fuzz: deps ## fuzz what reads hostile bytes, each of five targets for SECONDS=60
	Fuzz/run.sh $(SECONDS)

torture: deps ## COUNT=20000 images broken by SEED=1, each to ls, map, verify and info as processes
	swift build $(TEST_BUILD) --build-tests
	EXT2WALK_TORTURE=$(COUNT) EXT2WALK_SEED=$(SEED) $(TEST) --filter TortureTests

bad-sectors: build ## read from disks with bad sectors, of device mapper: here, or in qemu
	Fuzz/bad-sectors.sh

sanitize: deps fixtures ## tests under AddressSanitizer, walks under ThreadSanitizer, the C under UBSan
	Fuzz/sanitize.sh

build: deps ## build the command, with the Swift runtime inside
	swift build -c release --static-swift-stdlib --product ext2walk

check: deps ## formatting, warnings as errors, and no `try?` or `unsafe` where .ci/ doesn't allow it
	@grep -rc '\btry?' --include='*.swift' Sources | grep -v ':0$$' | LC_ALL=C sort | tr : ' ' \
	  | diff .ci/allowed-try - || { \
	  echo 'A `try?` drops an error: it stays only where nothing can be lost by it. Say why beside it, and count it in .ci/allowed-try.'; exit 1; }
	@grep -rlE '^([^/]|/[^/])*\bunsafe\b' --include='*.swift' Sources | LC_ALL=C sort | diff .ci/allowed-unsafe - || { \
	  echo '`unsafe` stays where C is called, memory is made, or a loop over every entry pays for it: list the file in .ci/allowed-unsafe.'; exit 1; }
	swift format lint --strict --recursive $(SOURCES)
	@.ci/check-imports
	@! grep -rl 'import CExt2fs' --include='*.swift' Sources | grep -v '^Sources/ExtVolume/Libext2fs/' || { \
	  echo 'Only Sources/ExtVolume/Libext2fs/ imports CExt2fs.'; exit 1; }
	EXT2WALK_WARNINGS_AS_ERRORS=1 swift build --explicit-target-dependency-import-check error --build-tests $(NO_OVERLAYS) --scratch-path .build-check

format: ## put the sources into the house's form
	swift format --in-place --recursive $(SOURCES)

fixtures: $(IMAGES) ## unpack the images in fixtures/ to fixtures/unpacked/

$(UNPACKED)/%: fixtures/%.zst | packages
	@mkdir -p $(UNPACKED)
	zstd --quiet --decompress --sparse --force $< -o $@
	@touch $@

deps: packages
	@command -v swift >/dev/null || { \
	  echo 'Swift 6.2 or later is missing: get it from https://www.swift.org/install/linux/'; exit 1; }

# The packages that the build and the tests take. The Swift runtime that is linked in takes libstdc++, which comes with
# g++: Debian's swiftlang brings gcc only. e2fslibs-dev is what libext2fs-dev was once called.
PACKAGES := pkg-config g++ zstd xz-utils bzip2 e2fsprogs bsdutils fdisk
packages:
	@PATH="$$PATH:/usr/sbin:/sbin"; \
	has() { for program; do command -v "$$program" || return; done; }; \
	links() { printf 'int main(void) { return 0; }' | cc -x c - -lstdc++ -o /dev/null; }; \
	if ! { has pkg-config zstd xz bzip2 script mke2fs sfdisk && pkg-config --exists ext2fs && links; } >/dev/null 2>&1; \
	then \
	  sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	  command -v apt-get >/dev/null || { \
	    echo 'Install these first: the development files of libext2fs, g++ with its libstdc++, pkg-config, zstd, xz,'; \
	    echo 'bzip2, e2fsprogs, script and sfdisk (both of util-linux).'; exit 1; }; \
	  install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq"; \
	  $$sudo apt-get update -qq && { \
	    $$install libext2fs-dev $(PACKAGES) || $$install e2fslibs-dev comerr-dev $(PACKAGES); }; fi

docs: deps ## FolioCore's documentation as a site, in .build/docs/
	@mkdir -p .build
	EXT2WALK_DOCC=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build/docs \
	  generate-documentation --target FolioCore --warnings-as-errors --transform-for-static-hosting \
	  --output-path .build/docs

examples: deps fixtures ## build and run what uses FolioCore as a library
	Examples/run.sh

# Images of a million files: sparse, but some 4 GB on disk.
BENCH_IMAGES ?= /var/tmp/ext2walk-bench
BASELINES := Benchmarks/.build/baseline

# BENCH keeps the rows that have it in their names: `make bench BENCH=disk`.
bench: build $(BASELINES)/c-walk $(BASELINES)/make-image ## measure ext2walk against a walk in C, e2fsck and installed peers, as ratios
	@mkdir -p $(BENCH_IMAGES)
	cd Benchmarks && swift build -c release --product Walks
	Benchmarks/.build/release/Walks $(BINARY) $(BASELINES) $(BENCH_IMAGES) Benchmarks/.build/walks.json "$(BENCH)"

$(BASELINES)/%: Benchmarks/baseline/%/main.c | packages
	@mkdir -p $(BASELINES)
	cc -O2 -Wall -o $@ $< $$(pkg-config --cflags --libs ext2fs com_err)

bench-peers: ## install the tools that `make bench` also measures
	$$(test "$$(id -u)" = 0 || echo sudo) apt-get install -y -qq sleuthkit 7zip fuse2fs strace

bench-mapping: deps ## measure the ways of mapping side by side, as ratios to direct; takes Swift 6.3
	@cd Benchmarks && swift package dump-package | grep -q MappingWays || { \
	  echo 'Swift 6.3 or later is needed to measure the ways of mapping: the benchmark package and ext2walk take different'; \
	  echo 'versions of ArgumentParser with Swift 6.2. `make bench` and `make simulate` need no more than Swift 6.2.'; exit 1; }
	cd Benchmarks && swift build -c release --product Ratios && \
	  swift package benchmark --target MappingWays --format jsonSmallerIsBetter --no-progress --path stdout \
	    | .build/release/Ratios

simulate: deps ## how likely is it that kmap_local_range is served?
	cd Benchmarks && swift build -c release --product Simulate && .build/release/Simulate

# The pages are made by the tool behind ArgumentParser's plugin generate-manual, from the release binary: the plugin
# itself would build everything once more.
man: $(BINARY) ## manual pages, from what the command says of itself
	swift build --package-path .build/checkouts/swift-argument-parser --scratch-path .build/manual \
	  --product generate-manual
	rm -rf .build/man && mkdir -p .build/man
	.build/manual/debug/generate-manual $(BINARY) --multi-page --output-directory .build/man \
	  --date $$(git log -1 --format=%cs 2>/dev/null || date +%F)
	rm .build/man/ext2walk.help.1
	cd .build/man && for page in ext2walk.*1; do \
	  new=$$(echo $$page | sed 's/^ext2walk\.\([a-z]*\)\.1/ext2walk-\1.1/'); \
	  awk -f ../../packaging/man.awk $$page > made && rm $$page && mv made $$new || exit 1; done

completions: $(BINARY) ## completions for bash, zsh and fish
	mkdir -p .build/completions
	for shell in bash zsh fish; do \
	  $(BINARY) --generate-completion-script $$shell > .build/completions/ext2walk.$$shell || exit 1; done

$(BINARY):
	$(MAKE) build

ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
MAN := $(DESTDIR)$(PREFIX)/share/man/man1
BASH_COMPLETION := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ext2walk
FISH_COMPLETION := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ext2walk.fish
ZSH_COMPLETION := $(DESTDIR)$(ZSHDIR)/_ext2walk

install: ## install the command below $(DESTDIR)$(PREFIX), after `make build man completions`
	@test -x $(BINARY) -a -e .build/man/ext2walk.1 -a -e .build/completions/ext2walk.fish || { \
	  echo 'There is nothing to install yet: run `make build man completions` first.'; exit 1; }
	install -D -m 755 --strip $(BINARY) $(DESTDIR)$(PREFIX)/bin/ext2walk
	install -d $(MAN) && install -m 644 .build/man/*.1 $(MAN)
	install -D -m 644 .build/completions/ext2walk.bash $(BASH_COMPLETION)
	install -D -m 644 .build/completions/ext2walk.zsh $(ZSH_COMPLETION)
	install -D -m 644 .build/completions/ext2walk.fish $(FISH_COMPLETION)

uninstall: ## remove what `make install` put there
	rm -f $(DESTDIR)$(PREFIX)/bin/ext2walk $(MAN)/ext2walk.1 $(MAN)/ext2walk-*.1
	rm -f $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)

deb: build man completions ## make a Debian package in .build/
	packaging/deb.sh

test-packages: deb fixtures ## try what `make install` and `make deb` make
	packaging/test.sh

test-sid: ## `make demo` and `make test` in a clean Debian sid with its own Swift, as root; 4 GB in ROOTS=/var/tmp/ext2walk-roots
	packaging/debian-root.sh

clean: ## remove what was built and unpacked
	rm -rf .build .build-check .build-test .build-docs Benchmarks/.build Examples/.build Fuzz/.build .build-coverage .build-asan .build-tsan .build-ubsan $(UNPACKED)
