namespace Hooke.Tensors;

/// <summary>
/// Matrix products, bit for bit: C[i,j] starts from 0 (or its old value) and for p = 0 … k−1 in order
/// becomes fma(A[i,p], B[p,j], C[i,j]). Neither blocking, threads nor vector width change a bit.
/// </summary>
internal static unsafe class Gemm
{
    const double SerialFlops = 1e6; // below this, waking another thread costs more than it saves
    const int TasksPerThread = 16;  // enough to even out a busy machine

    /// <summary>C = A · B, or C += A · B. A is [m, k], B is [k, n], C is [m, n] with column stride 1.</summary>
    public static void Multiply(MatrixView a, RightMatrix b, MatrixView c, bool accumulate = false)
    {
        Run(new GemmBlocks(a, b, c, accumulate));
        GC.KeepAlive(b.Owner);
    }

    /// <summary>Many independent products C = A · B (or C += A · B), spread over the threads.</summary>
    public static void MultiplyBatch(int count, Func<int, MatrixProduct> product, bool accumulate = false)
    {
        if (count == 0)
            return;
        MatrixProduct first = product(0);
        double flops = Flops(first.C.Rows, first.C.Columns, first.A.Columns);
        int grain = flops * count < SerialFlops ? count : Math.Max(1, count / (TasksPerThread * Work.Threads));
        Work.For(count, grain, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                MatrixProduct one = product(i);
                GemmBlocks blocks = new(one.A, one.B, one.C, accumulate);
                blocks.Multiply(0, blocks.Rows, 0, blocks.Panels);
                GC.KeepAlive(one.B.Owner);
            }
        });
    }

    static void Run(GemmBlocks blocks)
    {
        if (Flops(blocks.Rows, blocks.Columns, blocks.Depth) < SerialFlops || Work.Threads == 1)
        {
            blocks.Multiply(0, blocks.Rows, 0, blocks.Panels);
            return;
        }
        (int rows, int panels) = TaskSize(blocks);
        int rowTasks = (blocks.Rows + rows - 1) / rows;
        int panelTasks = (blocks.Panels + panels - 1) / panels;
        Work.For(rowTasks * panelTasks, task =>
        {
            int row = task / panelTasks * rows, panel = task % panelTasks * panels;
            blocks.Multiply(row, Math.Min(row + rows, blocks.Rows), panel, Math.Min(panel + panels, blocks.Panels));
        });
    }

    /// <summary>The rows and panels of a task: columns are split first, as every task packs its own strips.</summary>
    static (int Rows, int Panels) TaskSize(GemmBlocks blocks)
    {
        const int MostRows = 256; // so that the stretch of A that a task reads again and again stays in its cache
        int rows = blocks.Rows, panels = blocks.Panels, leastTasks = 4 * Work.Threads;
        double all = Flops(rows, blocks.Columns, blocks.Depth);
        double flops = Math.Max(SerialFlops, all / (TasksPerThread * Work.Threads));
        while (rows > MostRows)
            rows = HalfOf(rows, GemmTiles.Rows);
        while (panels > 1 && Flops(rows, panels * GemmTiles.Columns, blocks.Depth) > flops)
            panels = HalfOf(panels, 1);
        int panelTasks = (blocks.Panels + panels - 1) / panels;
        while (rows > 2 * GemmTiles.Rows && panelTasks * ((blocks.Rows + rows - 1) / rows) < leastTasks
            && Flops(rows, panels * GemmTiles.Columns, blocks.Depth) > SerialFlops)
            rows = HalfOf(rows, GemmTiles.Rows);
        return (rows, panels);
    }

    static int HalfOf(int count, int multiple) => ((count + 1) / 2 + multiple - 1) / multiple * multiple;

    /// <summary>Operations, counting each number of B as eight rows' worth: few rows are bound by reading B.</summary>
    static double Flops(int rows, int columns, int depth) => 2.0 * (rows + 8) * columns * depth;
}
