# nix run "github:ocrsearch/ocrsearch?dir=packaging/nix" -- query dijkstra
# Only parsed by the tests, never built: nixpkgs may name a package otherwise, or hold another version.
{
  description = "Find photos of whiteboards and handwritten notes by the words on them";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = nixpkgs.lib.genAttrs systems;
      project = (builtins.fromTOML (builtins.readFile ../../pyproject.toml)).project;
    in
    {
      packages = each (system: {
        default = nixpkgs.legacyPackages.${system}.python3Packages.buildPythonApplication {
          pname = project.name;
          inherit (project) version;
          pyproject = true;
          src = ../..;
          build-system = [ nixpkgs.legacyPackages.${system}.python3Packages.hatchling ];
          dependencies = with nixpkgs.legacyPackages.${system}.python3Packages; [
            alembic
            click
            connected-components-3d
            defusedxml
            filelock
            numpy
            onnxruntime
            pillow
            pillow-heif
            platformdirs
            psutil
            pydantic
            pystemmer
            rapidfuzz
            safetensors
            shapely
            sqlalchemy
            tqdm
            watchdog
            whoosh
          ];
          pythonImportsCheck = [ "indexer" "recognizer" "detector_stub" ];
          meta = {
            inherit (project) description;
            homepage = project.urls.Homepage;
            license = with nixpkgs.lib.licenses; [ mit cc-by-sa-40 bitstreamVera ];
            mainProgram = "ocrsearch";
            platforms = systems;
          };
        };
      });
    };
}
