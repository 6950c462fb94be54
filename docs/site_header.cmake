# cmake -DDOXYGEN=doxygen -P site_header.cmake: writes header.html and footer.html here.
execute_process(COMMAND ${DOXYGEN} -w html header.html footer.html unused.css COMMAND_ERROR_IS_FATAL ANY)
file(READ header.html header)
set(scripts)
foreach(name darkmode-toggle fragment-copy-button)
  string(APPEND scripts "<script type=\"text/javascript\" src=\"$relpath^doxygen-awesome-${name}.js\"></script>\n")
endforeach()
string(APPEND scripts "<script type=\"text/javascript\">
DoxygenAwesomeDarkModeToggle.init();
DoxygenAwesomeFragmentCopyButton.init();
</script>
")
string(REPLACE "</head>" "${scripts}</head>" header "${header}")
file(WRITE header.html "${header}")
