namespace Hooke.Dictionaries;

/// <summary>Which of many numbers are the largest; of equal ones the first.</summary>
static class Ranking
{
    /// <summary>The k-th largest number, and how many of those equal to it belong to the k largest.</summary>
    /// <param name="numbers">The numbers, no NaN among them; they are put in another order.</param>
    /// <param name="k">1 to as many as there are.</param>
    public static (float Bound, int AtBound) Of(Span<float> numbers, int k)
    {
        int low = 0, high = numbers.Length - 1, at = k - 1;
        while (low < high)
        {
            float pivot = MedianOfThree(numbers[low], numbers[(low + high) / 2], numbers[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (numbers[i] > pivot)
                    i++;
                while (numbers[j] < pivot)
                    j--;
                if (i <= j)
                {
                    (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
                    i++;
                    j--;
                }
            }
            if (at <= j)
                high = j;
            else if (at >= i)
                low = i;
            else
                break;
        }
        float bound = numbers[at];
        int above = 0;
        for (int i = 0; i < at; i++) // all that is above stands before the k-th
            if (numbers[i] > bound)
                above++;
        return (bound, k - above);
    }

    static float MedianOfThree(float a, float b, float c) => MathF.Max(MathF.Min(a, b), MathF.Min(MathF.Max(a, b), c));
}
