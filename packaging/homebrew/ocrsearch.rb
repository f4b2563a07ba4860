# brew install --formula packaging/homebrew/ocrsearch.rb
# Only parsed by the tests, never installed. A release puts its version and the sum of its archive here.
class Ocrsearch < Formula
  include Language::Python::Virtualenv

  desc "Find photos of whiteboards and handwritten notes by the words on them"
  homepage "https://github.com/ocrsearch/ocrsearch"
  url "https://github.com/ocrsearch/ocrsearch/archive/refs/tags/v0.2.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license all_of: ["MIT", "CC-BY-SA-4.0", "Bitstream-Vera"]

  depends_on "python@3.13"

  def install
    virtualenv_create(libexec, "python3.13", without_pip: false)
    # wheels with the hashes of the lock file, instead of a resource for each
    system libexec/"bin/pip", "install", "--require-hashes", "--requirement", "packaging/requirements.lock"
    system libexec/"bin/pip", "install", "--no-deps", "."
    bin.install_symlink libexec/"bin/ocrsearch"
    man1.install "packaging/share/man/man1/ocrsearch.1"
    bash_completion.install "packaging/share/bash-completion/completions/ocrsearch"
    zsh_completion.install "packaging/share/zsh/site-functions/_ocrsearch"
    fish_completion.install "packaging/share/fish/vendor_completions.d/ocrsearch.fish"
  end

  service do
    run [opt_bin/"ocrsearch", "watch"]
    keep_alive true
  end

  test do
    assert_match "graph-search", shell_output("#{bin}/ocrsearch demo --out #{testpath}")
  end
end
