// A code in the address pairs this browser at once; it is taken out of the address.
const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", "/pair");
  document.getElementById("code").value = code;
  document.getElementById("pair").submit();
}
