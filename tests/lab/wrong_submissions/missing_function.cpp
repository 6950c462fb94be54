// the function of the task is gone
namespace radixlab {

int thrice(int number) { return 3 * number; }

}  // namespace radixlab
