namespace Hooke.Dictionaries;

/// <summary>Pairs the rows of a matrix with its columns, each used once, so that the pairs' sum is largest.</summary>
/// <remarks>
/// Shortest augmenting paths with potentials, O(rows² · columns). Source: Kuhn 1955; Jonker and Volgenant 1987.
/// </remarks>
static class Assignment
{
    /// <summary>The column of each row; there are at least as many columns as rows.</summary>
    /// <param name="scores">[rows, columns], row by row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns.</param>
    public static int[] Largest(ReadOnlySpan<float> scores, int rows, int columns)
    {
        if (rows > columns)
            throw new ArgumentException($"{rows} rows cannot each have one of {columns} columns");
        // Costs are the scores turned round. Row and column 0 stand for "none": rows and columns count from 1 here.
        double[] ofRows = new double[rows + 1], ofColumns = new double[columns + 1];
        int[] rowOf = new int[columns + 1], before = new int[columns + 1];
        double[] least = new double[columns + 1];
        bool[] isReached = new bool[columns + 1];
        for (int row = 1; row <= rows; row++)
        {
            rowOf[0] = row;
            Array.Fill(least, double.PositiveInfinity);
            Array.Clear(isReached);
            int column = 0;
            do
            {
                isReached[column] = true;
                column = Nearest(scores, columns, column, rowOf, before, least, isReached, ofRows, ofColumns);
            }
            while (rowOf[column] != 0);
            for (; column != 0; column = before[column]) // turn the path round: each column takes the row before it
                rowOf[column] = rowOf[before[column]];
        }
        int[] columnOf = new int[rows];
        for (int column = 1; column <= columns; column++)
            if (rowOf[column] > 0)
                columnOf[rowOf[column] - 1] = column - 1;
        return columnOf;
    }

    // The column that is reached next, after the potentials have made it free of cost.
    static int Nearest(
        ReadOnlySpan<float> scores, int columns, int from, int[] rowOf, int[] before, double[] least, bool[] isReached,
        double[] ofRows, double[] ofColumns)
    {
        int row = rowOf[from], next = 0;
        double step = double.PositiveInfinity;
        ReadOnlySpan<float> own = scores.Slice((row - 1) * columns, columns);
        for (int column = 1; column <= columns; column++)
        {
            if (isReached[column])
                continue;
            double cost = -own[column - 1] - ofRows[row] - ofColumns[column];
            if (cost < least[column])
                (least[column], before[column]) = (cost, from);
            if (least[column] < step)
                (step, next) = (least[column], column);
        }
        for (int column = 0; column <= columns; column++)
            if (isReached[column])
            {
                ofRows[rowOf[column]] += step;
                ofColumns[column] -= step;
            }
            else
                least[column] -= step;
        return next;
    }
}
